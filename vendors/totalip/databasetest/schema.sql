-- The tables and views of manual 002, 1.3.1, each with all columns it prints. Where the manual spells a name in two ways, the
-- first one stands here, but for those marked.

CREATE TABLE campanhas ( -- 1.3.1.1; whose list of fields ends early
	id integer PRIMARY KEY, nome text, ativa boolean, telefones_restantes integer, numeros_agendados integer,
	agendamento_operador integer, clientes_finalizados integer, clientes_nao_finalizados integer, ligacoes_atendidas integer,
	ligacoes_nao_atendidas integer, ligacoes_ocupadas integer, retentativas integer, discando integer,
	ligacoes_em_andamento_ura integer, clientes_em_ligacao integer, ligacoes_fila integer, clientes_virgens integer,
	entregues_sem_tabulacao integer);
CREATE TABLE historicos_campanhas ( -- 1.3.1.2
	id_campanha integer, id_cliente integer, telefone_cliente varchar(20), identificador1 varchar(255), identificador2 varchar(255),
	ramal varchar(20), data timestamp, historico varchar);
CREATE TABLE ura_logs ( -- 1.3.1.2.1
	uniqueid text, id_ura integer, nome_ura text, comando_ura text, arquivo_de_som text, opcao text, duracao integer, data timestamp);
CREATE TABLE status_servidores (id integer PRIMARY KEY, nome text, status text); -- 1.3.1.3
CREATE TABLE ligacoes_ativo ( -- 1.3.1.4; FILIAI and CUSTO_ARRENDADO as its list of fields has them
	id integer PRIMARY KEY, destino text, duracao integer, billing integer, status text, ramal text, data timestamp, tipo_ligacao text,
	custo double precision, custo_total double precision, custo_arrendado double precision, billing_arredondado integer, filiai text,
	uniqueid text, id_campanha integer, id_rota integer, nome_rota text, desligamento_solicitado boolean);
CREATE TABLE ligacoes_receptivo ( -- 1.3.1.5
	id integer PRIMARY KEY, origem text, destino text, duracao integer, billing integer, status text, ramal text, data timestamp,
	tipo_ligacao text, custo double precision, custo_total double precision, uniqueid text, desligamento_solicitado boolean);
CREATE TABLE importar_discador ( -- 1.3.1.6; it prints no ID
	id_campanha integer, identificador1 text, identificador2 text, ddd1 text, telefone1 text, ddd2 text, telefone2 text, ddd3 text,
	telefone3 text, ddd4 text, telefone4 text, ddd5 text, telefone5 text,
	telefone_1_discar_agora boolean DEFAULT false, telefone_1_discar_em timestamp,
	telefone_2_discar_agora boolean DEFAULT false, telefone_2_discar_em timestamp,
	telefone_3_discar_agora boolean DEFAULT false, telefone_3_discar_em timestamp,
	telefone_4_discar_agora boolean DEFAULT false, telefone_4_discar_em timestamp,
	telefone_5_discar_agora boolean DEFAULT false, telefone_5_discar_em timestamp, criado_em timestamp DEFAULT now());
CREATE TABLE resultado_discador ( -- 1.3.1.8
	id integer PRIMARY KEY, id_campanha integer, identificador1 text, identificador2 text, identificador3 text, telefone text,
	id_status integer, status text, data timestamp, codigo_ligacao text, discar_em timestamp, discar_em_operador timestamp);
CREATE TABLE excluir_telefone_campanha ( -- 1.3.1.9
	id serial PRIMARY KEY, id_telefone integer, id_campanha integer, executado boolean DEFAULT false, data timestamp DEFAULT now());
CREATE TABLE telefones_nao_trabalhados ( -- 1.3.1.10
	id integer, id_campanha integer, identificador1 text, identificador2 text, telefone text, importado_em timestamp, discar_em timestamp);
CREATE TABLE usuarios ( -- 1.3.1.11; a code such as 1515063682.70419 is no INTEIRO, as it says of UNIQUEID
	id integer PRIMARY KEY, nome text, ramal text, id_status_usuario integer, status_usuario text, id_status_telefone integer,
	nome_status_telefone text, id_grupo integer, email text, mobile text, tipo_da_ligacao text, uniqueid text, parametro1 text,
	parametro2 text, telefone text, id_campanha integer, telefone_origem bigint);
CREATE TABLE status_usuarios (id integer PRIMARY KEY, nome text); -- 1.3.1.12
CREATE TABLE status_telefone (id integer PRIMARY KEY, nome text); -- 1.3.1.13
CREATE TABLE gerenciar_campanhas (id serial PRIMARY KEY, campanha_id integer, data timestamp DEFAULT now()); -- 1.3.1.14
CREATE TABLE telefones_campanhas ( -- 1.3.1.15; ID_CAMPANHA in its explanations
	id serial PRIMARY KEY, campanha_id integer, parametro1 text, parametro2 text, parametro3 text, parametro4 text, telefone text,
	id_status integer, status text, importado_em timestamp, prioridade integer);
CREATE TABLE inserir_telefone_campanha ( -- 1.3.1.15.1
	id serial PRIMARY KEY, id_campanha integer, parametro integer, valor_parametro text, codigo_area integer, telefone varchar(20),
	message text, prioridade integer);
CREATE TABLE status_discador (id integer PRIMARY KEY, nome text); -- 1.3.1.16
CREATE TABLE set_status_telefones_campanhas ( -- 1.3.1.17
	id serial PRIMARY KEY, parametro1 text, numerodotelefone text, id_campanha integer, id_status integer, ramal text, mensagem text,
	data timestamp, uniqueid text);
CREATE TABLE set_status_ramal ( -- 1.3.1.18
	id serial PRIMARY KEY, ramal text, id_status integer, message text, created_at timestamp DEFAULT now());
CREATE TABLE grupos (id_grupo integer PRIMARY KEY, nome text); -- 1.3.1.19
CREATE TABLE pausas ( -- 1.3.1.20; explains RAMAL a second time as the name of the status, and lists no field for it
	id_usuario integer, ramal text, id_status integer, data timestamp, tempo integer);
CREATE TABLE resultados_ura_pesquisa ( -- 1.3.1.21
	id integer PRIMARY KEY, ura_pesquisa text, comando text, arquivo text, pergunta text, resposta text, grupo_atendimento text,
	id_usuario integer, data timestamp, uniqueid text);
CREATE TABLE gerenciar_usuarios ( -- 1.3.1.22
	id serial PRIMARY KEY, ramal_padrao text, ramal text, nome text, email text, celular text, senha text, mensagem text, acao integer,
	executado boolean DEFAULT false, criado_em timestamp DEFAULT now(), atualizado_em timestamp DEFAULT now());
CREATE TABLE grupos_de_atendimento (id integer PRIMARY KEY, nome text); -- 1.3.1.23
CREATE TABLE grupos_de_atendimento_logs ( -- 1.3.1.24
	id integer PRIMARY KEY, id_grupo_de_atendimento integer, tempo_em_espera integer, duracao integer, id_campanha integer,
	id_usuario integer, numero_origem text, data timestamp, uniqueid text);
-- The next three are grupo_ under TABELA and grupos_ in the examples of their own sections.
CREATE TABLE grupo_de_atendimento_telefones (grupo_de_atendimento_id integer, telefone text); -- 1.3.1.25
CREATE TABLE grupo_de_atendimento_usuarios (usuario_id integer, grupo_de_atendimento_id integer); -- 1.3.1.26
CREATE TABLE grupo_de_atendimento_usuarios_status ( -- 1.3.1.27
	nome_grupo_de_atendimento text, nome_usuario text, ramal text, status_usuario text, status_telefone text);
CREATE TABLE uso_canais (nome text, "descrição" text, trunk_id integer, limite integer, uso integer, porcentagem text); -- 1.3.1.28
CREATE TABLE alterar_cliente ( -- 1.3.1.29; VALOR_PARAMETRO in its explanations; it prints no ID
	id_campanha integer, parametro integer, valor text, novo_parametro integer, novo_valor text);
CREATE TABLE tentativas_nao_atendidas ( -- 1.3.1.30
	id integer PRIMARY KEY, id_usuario integer, ramal text, nome_usuario text, id_grupo_atendimento integer,
	nome_grupo_atendimento text, duracao integer, data timestamp, uniqueid text);
CREATE TABLE telefones_bloqueados (id serial PRIMARY KEY, telefone bigint, descricao text, grupo_de_bloqueio text); -- 1.3.1.31
CREATE TABLE nivel_de_servico ( -- 1.3.1.32
	data date, horario text, tempo_nivel_de_servico integer, id_grupo_de_atendimento integer, nome_grupo_de_atendimento text,
	atendidas_abaixo integer, atendidas_acima integer, desligadas_abaixo integer, desligadas_acima integer, total integer);
CREATE TABLE campanhas_logs (ramal text, descricao text, data timestamp); -- 1.3.1.33
CREATE TABLE resultado_discador_mensal ( -- 1.3.1.34
	id integer PRIMARY KEY, uniqueid text, campaign_customer_phone_number_id integer, identificador1 text, identificador2 text,
	telefone text, status_id integer, status_nome text, data_hora_inicio timestamp, data_hora_fim timestamp, ramal text,
	campanha_nome text, campanha_id integer, rota text, canal text, replicado boolean);
CREATE TABLE inserir_telefone_black_list ( -- 1.3.1.35
	id serial PRIMARY KEY, id_black_list integer, telefone text, mensagem text, criado_em timestamp DEFAULT now(),
	atualizado_em timestamp DEFAULT now());
CREATE TABLE remover_telefone_black_list ( -- 1.3.1.36
	id serial PRIMARY KEY, id_black_list integer, telefone text, mensagem text, criado_em timestamp DEFAULT now(),
	atualizado_em timestamp DEFAULT now());
CREATE TABLE black_list (id_black_list integer PRIMARY KEY, nome text); -- 1.3.1.37
CREATE TABLE mensagens_sms_recebidas (id integer PRIMARY KEY, origem text, mensagem text, recebida_em timestamp); -- 1.3.1.38
CREATE TABLE rotas (id integer PRIMARY KEY, nome_rota text, status_rota boolean); -- 1.3.1.39

-- What the user of the integration may: read everything, and put rows into the queues.
GRANT SELECT ON ALL TABLES IN SCHEMA public TO integracao;
GRANT INSERT ON importar_discador, excluir_telefone_campanha, gerenciar_campanhas, inserir_telefone_campanha,
	set_status_telefones_campanhas, set_status_ramal, gerenciar_usuarios, alterar_cliente, inserir_telefone_black_list,
	remover_telefone_black_list TO integracao;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO integracao;

-- The simulated system hears of new rows by this; a real one looks by itself.
CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_notify('queued', TG_TABLE_NAME); RETURN NULL; END $$;
DO $$ DECLARE queue text; BEGIN
	FOREACH queue IN ARRAY ARRAY['importar_discador', 'excluir_telefone_campanha', 'gerenciar_campanhas', 'inserir_telefone_campanha',
		'set_status_telefones_campanhas', 'set_status_ramal', 'gerenciar_usuarios', 'alterar_cliente', 'inserir_telefone_black_list',
		'remover_telefone_black_list'] LOOP
		EXECUTE format('CREATE TRIGGER tell AFTER INSERT ON %I FOR EACH STATEMENT EXECUTE FUNCTION tell()', queue);
	END LOOP;
END $$;
